import { Navigate, Outlet, useLocation } from "react-router";
import { ApiError } from "@/api/errors";
import { useSession } from "@/api/session";
import { LoadingScreen } from "@/ui/Spinner";
import { ProblemScreen } from "./ProblemScreen";

/** Pages for signed-in people. The server decides again at each call; this only spares a dead end. */
export function RequireAccount({ admin = false }: { admin?: boolean }) {
  const { status, account } = useSession();
  const { pathname, search } = useLocation();
  if (status === "unknown") return <LoadingScreen label="Looking who you are" />;
  if (account === null) {
    return <Navigate to={`/login?next=${encodeURIComponent(pathname + search)}`} replace />;
  }
  if (admin && account.role !== "admin") {
    return <ProblemScreen error={new ApiError(403, "not_allowed", "")} />;
  }
  return <Outlet />;
}
