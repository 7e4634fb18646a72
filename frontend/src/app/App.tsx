/** The providers and the table of routes. Each page is a separate chunk. */

import { t } from "@lingui/core/macro";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Direction } from "radix-ui";
import { lazy, Suspense } from "react";
import { BrowserRouter, Navigate, Outlet, Route, Routes, useLocation } from "react-router";
import { ApiError } from "@/api/errors";
import { ProblemScreen } from "@/api/ProblemScreen";
import { useProofRequest } from "@/api/proof";
import { useSession } from "@/api/session";
import { currentDirection } from "@/language/language";
import { useLanguage } from "@/language/useLanguage";
import { LoadingScreen } from "@/ui/Spinner";
import { Toaster } from "@/ui/Toast";
import { useTitle } from "@/ui/useTitle";
import { DropTarget } from "@/ui/window/DropTarget";
import { CrashBoundary } from "./CrashBoundary";
import { SiteFrame } from "./SiteFrame";

const LandingPage = lazy(() => import("@/landing/LandingPage"));
const RoomPage = lazy(() => import("@/room/RoomPage"));
const LibraryPage = lazy(() => import("@/library/LibraryPage"));
const AccountPage = lazy(() => import("@/account/AccountPage"));
const LoginPage = lazy(() => import("@/account/LoginPage"));
const RegisterPage = lazy(() => import("@/account/RegisterPage"));
const SetupPage = lazy(() => import("@/account/SetupPage"));
const ResetPage = lazy(() => import("@/account/ResetPage"));
const VerifyPage = lazy(() => import("@/account/VerifyPage"));
const StepUpDialog = lazy(() => import("@/account/StepUpDialog"));
const AdminPage = lazy(() => import("@/admin/AdminPage"));

/** A refusal stays a refusal; an unavailable server may return. */
function mayRetry(failures: number, error: Error): boolean {
  const refused = error instanceof ApiError && error.status < 500;
  return !refused && failures < 2;
}

const queries = new QueryClient({
  defaultOptions: { queries: { retry: mayRetry, staleTime: 5_000 } },
});

export function App() {
  // Renders everything again when the language changes.
  useLanguage();
  return (
    <QueryClientProvider client={queries}>
      <Direction.Provider dir={currentDirection()}>
        <BrowserRouter>
          <CrashBoundary>
            <Suspense fallback={<LoadingScreen />}>
              <Routes>
                <Route path="/r/:roomId" element={<RoomPage />} />
                <Route element={<SiteFrame />}>
                  <Route path="/" element={<LandingPage />} />
                  <Route path="/new" element={<LandingPage creating />} />
                  <Route path="/login" element={<LoginPage />} />
                  <Route path="/register" element={<RegisterPage />} />
                  <Route path="/setup" element={<SetupPage />} />
                  <Route path="/reset" element={<ResetPage />} />
                  <Route path="/verify" element={<VerifyPage />} />
                  <Route element={<RequireAccount />}>
                    <Route path="/library" element={<LibraryPage />} />
                    <Route path="/account" element={<AccountPage />} />
                  </Route>
                  <Route element={<RequireAccount admin />}>
                    <Route path="/admin" element={<AdminPage />} />
                  </Route>
                  <Route path="*" element={<NotFoundPage />} />
                </Route>
              </Routes>
            </Suspense>
          </CrashBoundary>
        </BrowserRouter>
        <ProofDialog />
        <DropTarget />
        <Toaster />
      </Direction.Provider>
    </QueryClientProvider>
  );
}

/** Loaded when a call first asks for a proof. */
function ProofDialog() {
  const asked = useProofRequest((state) => state.request !== null);
  return (
    asked && (
      <Suspense>
        <StepUpDialog />
      </Suspense>
    )
  );
}

/** Pages for signed-in users. The server checks again on every call; this only avoids a dead end. */
function RequireAccount({ admin = false }: { admin?: boolean }) {
  const { status, account } = useSession();
  const { pathname, search } = useLocation();
  if (status === "unknown") return <LoadingScreen label={t`Signing you in…`} />;
  if (account === null) {
    return <Navigate to={`/login?next=${encodeURIComponent(pathname + search)}`} replace />;
  }
  if (admin && account.role !== "admin") {
    return <ProblemScreen error={new ApiError(403, "not_allowed", "")} />;
  }
  return <Outlet />;
}

function NotFoundPage() {
  useTitle(t`Page not found`);
  return <ProblemScreen error={new ApiError(404, "not_found", "")} />;
}
