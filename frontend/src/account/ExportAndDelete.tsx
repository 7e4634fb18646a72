import { t } from "@lingui/core/macro";
import { useState } from "react";
import { useNavigate } from "react-router";
import { type Account, deleteAccount, exportAccount } from "@/api/accounts";
import { useSiteConfig } from "@/api/siteConfig";
import { useSubmission } from "@/api/useSubmission";
import { saveAs } from "@/browser/saveAs";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { showToast } from "@/ui/Toast";
import { PasswordField } from "./fields";

async function downloadData(): Promise<void> {
  const content = JSON.stringify(await exportAccount(), null, 2);
  saveAs("watchparty-export.json", content, "application/json");
}

/** Exporting the account's data, and deleting the account. */
export function ExportAndDelete({ account }: { account: Account }) {
  const [deleting, setDeleting] = useState(false);
  const download = useSubmission();
  return (
    <div className="flex flex-wrap gap-2">
      <Button busy={download.busy} onClick={() => void download.submit(downloadData)}>
        {t`Download your data`}
      </Button>
      <Button variant="danger-ghost" onClick={() => setDeleting(true)}>
        {t`Delete account`}
      </Button>
      {download.message && <p className="w-full text-danger-text">{download.message}</p>}
      {deleting && <DeleteDialog account={account} onClose={() => setDeleting(false)} />}
    </div>
  );
}

function DeleteDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const hasPassword = useSiteConfig()?.sign_in !== "identity_platform";
  const navigate = useNavigate();
  const { busy, submit, field, message } = useSubmission();

  async function remove(form: FormData) {
    const password = form.get("password");
    if (await submit(() => deleteAccount(password === null ? undefined : String(password)))) {
      showToast(t`Account deleted.`);
      navigate("/", { replace: true });
    }
  }

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t`Delete your account?`}
      description={t`Your rooms will close and your films will be deleted. You can’t undo this.`}
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void remove(new FormData(event.currentTarget));
        }}
      >
        {!account.temporary && !account.second_factor && hasPassword && (
          <PasswordField error={field("password")} />
        )}
        {message && <p className="text-danger-text">{message}</p>}
        <div className="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
          <Button variant="ghost" onClick={onClose}>
            {t`Cancel`}
          </Button>
          <Button type="submit" variant="danger" busy={busy}>
            {t`Delete everything`}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
