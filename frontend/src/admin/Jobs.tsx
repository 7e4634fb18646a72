import { useState } from "react";
import { allJobs } from "@/api/admin";
import { Select } from "@/ui/Select";
import { VideoTable } from "./VideoTable";

const STATES = [
  { value: "processing", label: "Being encoded" },
  { value: "queued", label: "Waiting" },
  { value: "failed", label: "Failed" },
] as const;

type State = (typeof STATES)[number]["value"];

export function Jobs() {
  const [state, setState] = useState<State>("processing");
  return (
    <div className="flex flex-col gap-4">
      <Select
        label="Which jobs"
        value={state}
        onChange={setState}
        options={STATES}
        className="max-w-60"
      />
      <VideoTable
        caption="Encoding jobs"
        queryKey={["admin", "jobs", state]}
        read={(query) => allJobs({ ...query, status: state })}
        empty="None at the moment."
      />
    </div>
  );
}
