export { runTask } from './runTask.ts';
