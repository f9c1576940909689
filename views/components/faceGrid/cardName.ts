const shown = 15;

/** Long names begin alike and end differently: their middle is left out. */
export function cardName(name: string): string {
  return name.length <= shown ? name : `${name.slice(0, 6)}…${name.slice(-7)}`;
}
