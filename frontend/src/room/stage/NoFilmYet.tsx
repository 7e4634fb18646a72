import { Clapperboard } from "lucide-react";
import { EmptyState } from "@/ui/EmptyState";
import { useHostName } from "../useHostName";

export function NoFilmYet() {
  const hostName = useHostName();
  return (
    <EmptyState icon={<Clapperboard />} title={`${hostName} is choosing a film`}>
      It starts here by itself. Say hello in the chat meanwhile.
    </EmptyState>
  );
}
