/** Every advisory lock that we take, here so that no two are the same. Any numbers that nothing else uses. */
export const advisoryLocks = {
  migrations: 5_010_527,
  /** Two admins that remove each other at the same time must not both succeed. */
  admins: 5_010_528,
  reconciler: 5_010_529,
  /** "create table if not exists" fails when another connection is just creating that table. */
  descriptorPartitions: 5_010_530,
} as const;
