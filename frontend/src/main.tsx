import { restoreSession } from "./api/session";
import { App } from "./app/App";
import { startLanguage } from "./language/language";
import { applyTheme, currentTheme } from "./ui/preferences/theme";
import "./ui/theme.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

applyTheme(currentTheme());
void restoreSession();

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
const page = createRoot(root);
// A top-level await would make the bundler split what every page needs into many small files.
void startLanguage().then(() => {
  page.render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
});
