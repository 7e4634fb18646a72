import { allVideos } from "@/api/admin";
import { VideoTable } from "./VideoTable";

export function Videos() {
  return (
    <VideoTable
      caption="Films"
      queryKey={["admin", "videos"]}
      read={allVideos}
      empty="No film has been uploaded yet."
    />
  );
}
