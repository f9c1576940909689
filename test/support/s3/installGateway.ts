import {
  installGoProgram,
  programFile,
  whyNotBuilt,
  type GoProgram,
} from '../../../commands/system/goProgram.ts';

/** An S3 server that keeps objects in a folder and checks signatures: five minutes of two cores, 84 MB. */
const gateway: GoProgram = {
  name: 'versitygw',
  path: 'github.com/versity/versitygw/cmd/versitygw',
  version: 'v1.8.0',
  goMinor: 25,
};

/** Null: `installGateway` can run. */
export const whyNoGateway = (): Promise<string | null> => whyNotBuilt(gateway);

/** Where the program is once `installGateway` has made it. */
export const gatewayProgram = programFile(gateway);

export const installGateway = (): Promise<string> => installGoProgram(gateway);
