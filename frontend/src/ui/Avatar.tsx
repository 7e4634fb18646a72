import { cx } from "./cx";

const SIZES = { sm: "size-7 text-xs", md: "size-9 text-sm", lg: "size-14 text-xl" };

interface AvatarProps {
  name: string;
  /** Determines the colour; a stable id keeps it through a change of name. */
  seed?: string;
  size?: keyof typeof SIZES;
  className?: string;
}

function hueOf(seed: string): number {
  let hash = 0;
  for (const char of seed) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return hash % 360;
}

function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u).slice(0, 2);
  return (
    words
      .map((word) => Array.from(word)[0] ?? "")
      .join("")
      .toUpperCase() || "?"
  );
}

/** Decoration beside the full name, so the initials are not part of the page's text. */
export function Avatar({ name, seed = name, size = "md", className }: AvatarProps) {
  const hue = hueOf(seed);
  return (
    <span
      aria-hidden="true"
      data-initials={initialsOf(name)}
      className={cx(
        "inline-grid shrink-0 before:content-[attr(data-initials)] place-items-center rounded-full font-semibold select-none",
        SIZES[size],
        className,
      )}
      style={{
        background: `linear-gradient(145deg, oklch(0.52 0.11 ${hue}), oklch(0.4 0.1 ${hue + 40}))`,
        color: `oklch(0.97 0.02 ${hue})`,
      }}
    />
  );
}
