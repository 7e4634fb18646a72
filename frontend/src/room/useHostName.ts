import { useRoomFacts } from "./useRoomFacts";

export function useHostName(): string {
  return useRoomFacts().data?.host_name || "The host";
}
