import { Library } from "lucide-react";
import { Button } from "@/ui/Button";
import { DropZone } from "@/upload/DropZone";
import { useChooseFilm } from "../film/useChooseFilm";

/** The first thing a host does in a new room. */
export function AddFilm({ onOpenLibrary }: { onOpenLibrary: () => void }) {
  const { upload } = useChooseFilm();
  return (
    <div className="flex w-full max-w-lg flex-col items-center gap-4">
      <h2 className="text-title font-bold">What shall we watch?</h2>
      <DropZone className="w-full" onFiles={([file]) => file && void upload(file)} />
      <Button onClick={onOpenLibrary}>
        <Library aria-hidden="true" />
        From my library
      </Button>
    </div>
  );
}
