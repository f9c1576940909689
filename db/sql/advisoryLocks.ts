/** Every advisory lock that we take, here so that no two are the same. Any numbers that nothing else uses. */
export const advisoryLocks = {
  migrations: 5_010_527,
  /** Two admins that remove each other at the same time must not both succeed. */
  admins: 5_010_528,
  reconciler: 5_010_529,
  /** With a second number, of the order: the same one that comes twice at the same time. */
  orders: 5_010_531,
  /** With a second number, of a descriptor version: a gc of it and an extract that needs it, made at the same time. */
  versions: 5_010_532,
  // 5_010_530 is taken inside ensure_descriptor_partition: "create table if not exists" fails when another
  // connection is just creating that table.
} as const;
