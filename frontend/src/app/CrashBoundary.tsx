import { Component, type ErrorInfo, type ReactNode } from "react";
import { ProblemScreen } from "@/api/ProblemScreen";

interface CrashState {
  error: unknown;
}

/** The last resort: a rendering error, or a chunk that a new release has removed. */
export class CrashBoundary extends Component<{ children: ReactNode }, CrashState> {
  override state: CrashState = { error: null };

  static getDerivedStateFromError(error: unknown): CrashState {
    return { error };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    // The room's card would cover the explanation.
    document.getElementById("skeleton")?.remove();
    console.error(error, info.componentStack);
  }

  override render(): ReactNode {
    return this.state.error === null ? (
      this.props.children
    ) : (
      <ProblemScreen error={this.state.error} />
    );
  }
}
