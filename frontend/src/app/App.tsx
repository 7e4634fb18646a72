import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { BrowserRouter, Route, Routes } from "react-router";
import { LoadingScreen } from "@/ui/Spinner";
import { Toaster } from "@/ui/Toast";

const LandingPage = lazy(() => import("@/landing/LandingPage"));
const RoomPage = lazy(() => import("@/room/RoomPage"));

const queries = new QueryClient();

export function App() {
  return (
    <QueryClientProvider client={queries}>
      <BrowserRouter>
        <Suspense fallback={<LoadingScreen />}>
          <Routes>
            <Route path="/" element={<LandingPage />} />
            <Route path="/r/:roomId" element={<RoomPage />} />
          </Routes>
        </Suspense>
      </BrowserRouter>
      <Toaster />
    </QueryClientProvider>
  );
}
