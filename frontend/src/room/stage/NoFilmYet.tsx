import { Clapperboard } from "lucide-react";
import { useHostName } from "../useHostName";
import { StageNote } from "./StageNote";

export function NoFilmYet() {
  const hostName = useHostName();
  return (
    <StageNote icon={<Clapperboard />} title={`${hostName} is choosing a film`}>
      It starts here by itself. Say hello in the chat meanwhile.
    </StageNote>
  );
}
