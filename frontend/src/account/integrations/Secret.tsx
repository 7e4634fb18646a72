import { copyText } from "@/browser/copyText";
import { Button } from "@/ui/Button";
import { showToast } from "@/ui/Toast";

/** A secret that is shown once, to be copied. */
export function Secret({ text }: { text: string }) {
  async function copy() {
    showToast(
      (await copyText(text))
        ? "Copied."
        : "We couldn’t copy it. Select the text and copy it yourself.",
      {
        tone: "good",
      },
    );
  }
  return (
    <div className="flex flex-col gap-3">
      <code className="rounded-xl bg-sunken p-4 text-sm break-all select-all">{text}</code>
      <Button variant="primary" onClick={() => void copy()}>
        Copy
      </Button>
    </div>
  );
}
