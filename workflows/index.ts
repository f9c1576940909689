export { runSchedule } from './runSchedule.ts';
export { runTask } from './runTask.ts';
