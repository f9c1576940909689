/** Places for images in memory. Whoever leaves hands the place to the one that waits longest. */
export function createRoom(places: number) {
  const waiting: { admit(): void; refuse(error: Error): void }[] = [];
  let held = 0;
  return {
    enter: async (): Promise<void> => {
      if (held < places) held += 1;
      // Not by counting anew when one is free, or latecomers could overtake.
      else
        await new Promise<void>((admit, refuse) => {
          waiting.push({ admit, refuse });
        });
    },
    leave: (): void => {
      const next = waiting.shift();
      if (next) next.admit();
      else held -= 1;
    },
    /** Rejects all that wait. */
    refuse: (error: Error): void => {
      for (const { refuse } of waiting.splice(0)) refuse(error);
    },
    stats: () => ({ held, waiting: waiting.length }),
  };
}
