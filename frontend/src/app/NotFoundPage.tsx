import { ApiError } from "@/api/errors";
import { ProblemScreen } from "./ProblemScreen";
import { useTitle } from "./useTitle";

export default function NotFoundPage() {
  useTitle("Not found");
  return <ProblemScreen error={new ApiError(404, "not_found", "")} />;
}
