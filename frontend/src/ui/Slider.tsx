import { Slider as Radix } from "radix-ui";
import { cx } from "./cx";

interface SliderProps {
  label: string;
  value: number;
  onChange: (value: number) => void;
  /** Called once, when the person lets go. */
  onCommit?: (value: number) => void;
  min?: number;
  max: number;
  step?: number;
  valueText?: string;
  disabled?: boolean;
  className?: string;
}

export function Slider({
  label,
  value,
  onChange,
  onCommit,
  min = 0,
  max,
  step = 1,
  valueText,
  disabled,
  className,
}: SliderProps) {
  return (
    <Radix.Root
      value={[value]}
      onValueChange={([next]) => next !== undefined && onChange(next)}
      onValueCommit={([next]) => next !== undefined && onCommit?.(next)}
      min={min}
      max={max}
      step={step}
      disabled={disabled}
      className={cx(
        "group relative flex h-11 w-full touch-none items-center select-none data-disabled:opacity-50",
        className,
      )}
    >
      <Radix.Track className="relative h-1 grow overflow-hidden rounded-full bg-line-strong transition-[height] group-hover:h-1.5">
        <Radix.Range className="absolute h-full bg-accent" />
      </Radix.Track>
      <Radix.Thumb
        aria-label={label}
        aria-valuetext={valueText}
        className="block size-4 rounded-full bg-accent shadow-low"
      />
    </Radix.Root>
  );
}
