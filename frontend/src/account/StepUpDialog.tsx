import { t } from "@lingui/core/macro";
import { passkeyForStepUp, sendStepUp } from "@/api/factors";
import { useProofRequest } from "@/api/proof";
import { useSession } from "@/api/session";
import { useSiteConfig } from "@/api/siteConfig";
import { Dialog } from "@/ui/Dialog";
import { ProofForm } from "./ProofForm";

/** Opens when the server asks for a fresh proof; the call that waits for it goes on, or fails if it is closed. */
export default function StepUpDialog() {
  const request = useProofRequest((state) => state.request);
  const email = useSession((session) => session.account?.email) ?? "";
  const apiKey = useSiteConfig()?.identity_api_key;
  if (!request) return null;
  return (
    <Dialog
      open
      onOpenChange={() => request.answer(false)}
      title={t`Confirm it’s you`}
      description={t`You won’t be asked again for ten minutes.`}
      size="sm"
    >
      <ProofForm
        methods={request.methods}
        passkey={passkeyForStepUp}
        password={async (password) => {
          if (!apiKey) return { password };
          const { newIdToken } = await import("./identityPlatform");
          return { id_token: await newIdToken(apiKey, { email, password }) };
        }}
        send={async (proof) => {
          await sendStepUp(proof);
          request.answer(true);
        }}
      />
    </Dialog>
  );
}
