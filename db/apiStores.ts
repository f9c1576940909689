import { createAccountLists } from './accountLists.ts';
import { createAccountStore } from './accountStore.ts';
import { createAuditLists } from './auditLists.ts';
import { createAuditStore } from './auditStore.ts';
import { createErrorLists } from './errorLists.ts';
import { createEventLists } from './eventLists.ts';
import { createFaceLists } from './faceLists.ts';
import { createHomeLists } from './homeLists.ts';
import { createListLists } from './listLists.ts';
import { createNotificationLists } from './notificationLists.ts';
import type { Pools } from './pools.ts';
import { createResultLists } from './resultLists.ts';
import { createSampleStoreRow } from './sampleStoreRow.ts';
import { createScheduleLists } from './scheduleLists.ts';
import { createScheduleStore } from './scheduleStore.ts';
import { createSearchLists } from './searchLists.ts';
import { createStatsStore } from './statsStore.ts';
import { createSubtaskLists } from './subtaskLists.ts';
import { createSysInfoLists } from './sysInfoLists.ts';
import { createTaskLists } from './taskLists.ts';
import { createTaskPageLists } from './taskPageLists.ts';
import { createTaskStore } from './taskStore.ts';
import { createTombstoneStore } from './tombstoneStore.ts';
import { createWorkerStore } from './workerStore.ts';

/** What the API asks and orders, each over the connections that are for it. */
export function createApiStores({ identity, control, heavy, reading, exports, health }: Pools) {
  const known = createAccountStore(identity);
  const heavyTasks = createTaskStore(heavy);
  return {
    accounts: {
      ...createAccountStore(control),
      ...{ find: known.find, findByLogin: known.findByLogin },
      remove: createAccountStore(heavy).remove,
    },
    /** Of log-ins; what is ordered writes its line in its own transaction. */
    audit: createAuditStore(identity),
    tasks: { ...createTaskStore(control), retry: heavyTasks.retry, remove: heavyTasks.remove },
    schedules: createScheduleStore(control),
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
