import { createAccountLists } from './accounts/accountQueries.ts';
import { createAccountRemoval } from './accounts/accountRemoval.ts';
import { createAccountStore } from './accounts/accountStore.ts';
import { createAuditLists } from './audit/auditQueries.ts';
import { createAuditStore } from './audit/auditStore.ts';
import { createErrorLists } from './tasks/errorQueries.ts';
import { createEventLists } from './faces/eventQueries.ts';
import { createFaceLists } from './faces/faceQueries.ts';
import { createHomeLists } from './ops/homeQueries.ts';
import { createKnownAccounts } from './accounts/knownAccounts.ts';
import { createListLists } from './faces/listQueries.ts';
import { createNotificationLists } from './tasks/notificationQueries.ts';
import type { Pools } from './sql/pools.ts';
import { createResultLists } from './tasks/resultQueries.ts';
import { createSampleStoreRow } from './faces/sampleStoreRow.ts';
import { createScheduleLists } from './schedules/scheduleQueries.ts';
import { createScheduleStore } from './schedules/scheduleStore.ts';
import { createSearchLists } from './faces/searchQueries.ts';
import { createStatsStore } from './ops/statsStore.ts';
import { createSubtaskLists } from './tasks/subtaskQueries.ts';
import { createSysInfoLists } from './ops/sysInfoQueries.ts';
import { createTaskLists } from './tasks/taskQueries.ts';
import { createTaskPageLists } from './tasks/taskPageQueries.ts';
import { createTaskStore } from './tasks/taskStore.ts';
import { createTombstoneStore } from './gc/tombstoneStore.ts';
import { createWorkerStore } from './ops/workerStore.ts';

/** What the API asks and orders, each over the connections that are for it. */
export function createApiStores({ identity, control, records, heavy, reading, exports, health }: Pools) {
  const heavyTasks = createTaskStore(heavy);
  return {
    accounts: {
      ...createAccountStore(records),
      ...createKnownAccounts(identity),
      ...createAccountRemoval(heavy),
    },
    /** Of log-ins; what is ordered writes its line in its own transaction. */
    audit: createAuditStore(identity),
    tasks: { ...createTaskStore(control), retry: heavyTasks.retry, remove: heavyTasks.remove },
    schedules: createScheduleStore(records),
    stats: createStatsStore(control),
    accountLists: createAccountLists(reading),
    auditLists: createAuditLists(reading),
    errorLists: { ...createErrorLists(reading), all: createErrorLists(exports).all },
    eventLists: createEventLists(reading),
    faceLists: createFaceLists(reading),
    homeLists: createHomeLists(reading),
    listLists: createListLists(reading),
    notificationLists: createNotificationLists(reading),
    scheduleLists: createScheduleLists(reading),
    searchLists: createSearchLists(reading),
    sysInfoLists: createSysInfoLists(reading),
    taskLists: { ...createTaskLists(reading), all: createTaskLists(exports).all },
    taskPageLists: createTaskPageLists(reading),
    workers: createWorkerStore(reading),
    resultLists: createResultLists(exports),
    subtaskLists: createSubtaskLists(exports),
    /** For health and figures, which have to be told whatever the lists wait for. */
    watched: {
      sampleStore: createSampleStoreRow(health),
      taskLists: createTaskLists(health),
      tombstones: createTombstoneStore(health),
      workers: createWorkerStore(health),
    },
  };
}
