/** Whom to tell of a task's statuses, and which of them. */
export interface NotificationPolicy {
  readonly url: string;
  /** Of the contract's task_status. */
  readonly statuses: readonly number[];
  /** The name, among the service's settings, of the secret that signs. */
  readonly secret: string;
}
