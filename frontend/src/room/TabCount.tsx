/** A number that wants to be seen; nothing at zero. */
export function TabCount({ count, meaning }: { count: number; meaning: string }) {
  if (count === 0) return null;
  return (
    <span className="grid h-5 min-w-5 place-items-center rounded-full bg-accent px-1.5 text-xs font-bold text-on-accent tabular-nums">
      {count > 99 ? "99+" : count}
      <span className="sr-only"> {meaning}</span>
    </span>
  );
}
