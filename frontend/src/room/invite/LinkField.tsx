import { t } from "@lingui/core/macro";
import { Check, Copy, Share2 } from "lucide-react";
import { useEffect, useState } from "react";
import { copyText } from "@/browser/copyText";
import { Button } from "@/ui/Button";
import { Input } from "@/ui/Field";

const COPIED_MS = 3000;

interface LinkProps {
  link: string;
  label?: string;
  /** The link is on the clipboard already. */
  copiedBefore?: boolean;
}

/** A link to copy or share. */
export function LinkField({ link, label = t`Room link`, copiedBefore = false }: LinkProps) {
  const [copied, setCopied] = useState(copiedBefore);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), COPIED_MS);
    return () => clearTimeout(timer);
  }, [copied]);

  // Closing the share sheet rejects the promise; that is no error.
  const share = () => navigator.share({ url: link }).catch(() => undefined);

  return (
    <div className="flex flex-col gap-2 sm:flex-row">
      <Input
        readOnly
        value={link}
        aria-label={label}
        onFocus={(event) => event.target.select()}
        className="grow text-ellipsis"
      />
      <div className="flex shrink-0 gap-2">
        <Button
          variant="primary"
          className="grow sm:min-w-32"
          onClick={async () => setCopied(await copyText(link))}
        >
          {copied ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
          <span aria-live="polite">{copied ? t`Copied` : t`Copy link`}</span>
        </Button>
        {"share" in navigator && (
          <Button onClick={() => void share()}>
            <Share2 aria-hidden="true" />
            {t`Share`}
          </Button>
        )}
      </div>
    </div>
  );
}
