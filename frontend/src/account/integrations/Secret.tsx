import { CopyButton } from "@/ui/CopyButton";

/** A secret that is shown once, to be copied. */
export function Secret({ text }: { text: string }) {
  return (
    <div className="flex flex-col gap-3">
      <code className="rounded-xl bg-sunken p-4 text-sm break-all select-all">{text}</code>
      <CopyButton text={text} variant="primary" />
    </div>
  );
}
