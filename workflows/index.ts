export { checkNetwork } from './checkNetwork.ts';
export { runSchedule } from './runSchedule.ts';
export { runTask } from './runTask.ts';
export { runUpgrade } from './runUpgrade.ts';
