import { t } from "@lingui/core/macro";
import { Library, Plus } from "lucide-react";
import { Button } from "@/ui/Button";
import { DropZone } from "@/upload/DropZone";
import { addFilm, useChooseFilm } from "../film/useChooseFilm";

/** For the host of a room without a film. On a phone, where nothing can be dropped, one button. */
export default function AddFilm({ onOpenLibrary }: { onOpenLibrary: () => void }) {
  const choose = useChooseFilm();
  return (
    <div className="flex w-full max-w-lg flex-col items-center gap-4 text-center">
      <h2 className="text-title font-bold">{t`What are we watching?`}</h2>
      <div className="hidden w-full flex-col items-center gap-4 @md:flex">
        <DropZone className="w-full" onFiles={([file]) => file && void addFilm({ file }, choose)} />
        <Button onClick={onOpenLibrary}>
          <Library aria-hidden="true" />
          {t`Choose from your library`}
        </Button>
      </div>
      <div className="@md:hidden">
        <Button variant="primary" size="lg" onClick={onOpenLibrary}>
          <Plus aria-hidden="true" />
          {t`Add a film`}
        </Button>
      </div>
    </div>
  );
}
