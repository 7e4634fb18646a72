import { createContext, type InputHTMLAttributes, type ReactNode, useContext, useId } from "react";
import { cx } from "./cx";

interface FieldState {
  id: string;
  describedBy: string | undefined;
  invalid: boolean;
}

const FieldContext = createContext<FieldState | null>(null);

/** The attributes that connect a control inside a Field with its label, hint and error. */
export function useFieldProps() {
  const field = useContext(FieldContext);
  if (!field) return {};
  return {
    id: field.id,
    "aria-describedby": field.describedBy,
    "aria-invalid": field.invalid || undefined,
  };
}

interface FieldProps {
  label: ReactNode;
  hint?: ReactNode;
  error?: ReactNode;
  className?: string;
  children: ReactNode;
}

export function Field({ label, hint, error, className, children }: FieldProps) {
  const id = useId();
  const describedBy = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <FieldContext value={{ id, describedBy: describedBy || undefined, invalid: Boolean(error) }}>
      <div className={cx("flex flex-col gap-1.5", className)}>
        <label htmlFor={id} className="text-sm font-medium">
          {label}
        </label>
        {children}
        {hint && (
          <p id={`${id}-hint`} className="text-sm text-muted">
            {hint}
          </p>
        )}
        {error && (
          <p id={`${id}-error`} role="alert" className="text-sm text-danger-text">
            {error}
          </p>
        )}
      </div>
    </FieldContext>
  );
}

export const CONTROL =
  "w-full rounded-xl bg-sunken px-3.5 text-base text-text ring-1 ring-inset ring-line-strong " +
  "placeholder:text-muted hover:ring-muted focus-visible:outline-offset-0 " +
  "aria-invalid:ring-danger-text disabled:opacity-60";

interface InputProps extends InputHTMLAttributes<HTMLInputElement> {
  ref?: React.Ref<HTMLInputElement>;
}

export function Input({ className, ...rest }: InputProps) {
  return (
    <input
      dir="auto"
      {...useFieldProps()}
      className={cx(CONTROL, "min-h-11", className)}
      {...rest}
    />
  );
}
