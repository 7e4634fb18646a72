import { Check, ChevronRight } from "lucide-react";
import { DropdownMenu as Radix } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { cx } from "./cx";

const ITEM =
  "flex min-h-11 w-full items-center gap-3 rounded-lg px-3 text-[0.9375rem] outline-none select-none " +
  "data-highlighted:bg-hover data-disabled:opacity-45 [&_svg]:size-[1.125rem] [&_svg]:shrink-0";

const CONTENT =
  "z-50 min-w-52 animate-appear overflow-y-auto rounded-2xl bg-raised p-1.5 text-text shadow-high ring-1 ring-line";

interface MenuProps {
  trigger: ReactElement;
  align?: "start" | "center" | "end";
  side?: "top" | "bottom";
  children: ReactNode;
}

export function Menu({ trigger, align = "end", side = "bottom", children }: MenuProps) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className={cx(CONTENT, "max-h-[70dvh]")}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface MenuItemProps {
  onSelect?: () => void;
  disabled?: boolean;
  tone?: "danger" | undefined;
  asChild?: boolean;
  children: ReactNode;
}

export function MenuItem({ onSelect, disabled, tone, asChild, children }: MenuItemProps) {
  return (
    <Radix.Item
      asChild={asChild}
      disabled={disabled}
      onSelect={onSelect}
      className={cx(ITEM, tone === "danger" && "text-danger-text")}
    >
      {children}
    </Radix.Item>
  );
}

interface MenuCheckProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  children: ReactNode;
}

/** On or off, with a tick where it is on. */
export function MenuCheck({ checked, onChange, children }: MenuCheckProps) {
  return (
    <Radix.CheckboxItem checked={checked} onCheckedChange={onChange} className={ITEM}>
      <span className="grid w-4.5 place-items-center">
        <Radix.ItemIndicator>
          <Check className="text-accent-text" aria-hidden="true" />
        </Radix.ItemIndicator>
      </span>
      {children}
    </Radix.CheckboxItem>
  );
}

interface MenuChoiceProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  options: ReadonlyArray<{ value: string; label: ReactNode; disabled?: boolean }>;
}

/** A group of choices; the current one has a tick. */
export function MenuChoice(props: MenuChoiceProps) {
  return (
    <>
      <MenuLabel>{props.label}</MenuLabel>
      <MenuOptions {...props} />
    </>
  );
}

function MenuOptions({ label, value, onChange, options }: MenuChoiceProps) {
  return (
    <Radix.RadioGroup value={value} onValueChange={onChange} aria-label={label}>
      {options.map((option) => (
        <Radix.RadioItem
          key={option.value}
          value={option.value}
          disabled={option.disabled}
          className={ITEM}
        >
          <span className="grid w-4.5 place-items-center">
            <Radix.ItemIndicator>
              <Check className="text-accent-text" aria-hidden="true" />
            </Radix.ItemIndicator>
          </span>
          {option.label}
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  );
}

interface MenuSubChoiceProps extends Omit<MenuChoiceProps, "options"> {
  options: ReadonlyArray<{ value: string; label: string }>;
}

/** One row with the current choice, which opens the others. */
export function MenuSubChoice({ label, value, onChange, options }: MenuSubChoiceProps) {
  const current = options.find((option) => option.value === value);
  return (
    <Radix.Sub>
      <Radix.SubTrigger className={cx(ITEM, "data-[state=open]:bg-hover")}>
        {label}
        <span className="ms-auto flex items-center gap-1 ps-6 text-sm text-muted">
          {current?.label}
          <ChevronRight className="size-4 rtl:-scale-x-100" aria-hidden="true" />
        </span>
      </Radix.SubTrigger>
      <Radix.Portal>
        <Radix.SubContent
          sideOffset={6}
          collisionPadding={8}
          className={cx(CONTENT, "max-h-[60dvh]")}
        >
          <MenuOptions label={label} value={value} onChange={onChange} options={options} />
        </Radix.SubContent>
      </Radix.Portal>
    </Radix.Sub>
  );
}

function MenuLabel({ children }: { children: ReactNode }) {
  return (
    <Radix.Label className="px-3 pt-2 pb-1 text-xs font-semibold tracking-wide text-muted uppercase">
      {children}
    </Radix.Label>
  );
}

export function MenuSeparator() {
  return <Radix.Separator className="mx-2 my-1.5 h-px bg-line" />;
}
