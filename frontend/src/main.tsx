import { restoreSession } from "./api/session";
import { App } from "./app/App";
import { applyTheme, currentTheme } from "./ui/theme";
import "./ui/theme.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

applyTheme(currentTheme());
void restoreSession();

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
