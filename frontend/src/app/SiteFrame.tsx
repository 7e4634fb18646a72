import { t } from "@lingui/core/macro";
import { lazy, Suspense } from "react";
import { Link, NavLink, Outlet, useLocation } from "react-router";
import { useSession } from "@/api/session";
import { useSiteConfig } from "@/api/siteConfig";
import { buttonClass } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { LanguageChoice } from "@/ui/preferences/LanguageChoice";
import { ThemeChoice } from "@/ui/preferences/ThemeChoice";
import { LoadingScreen } from "@/ui/Spinner";

// The menu is larger than the whole landing page, and guests never need it.
const AccountMenu = lazy(() => import("./AccountMenu"));

/** The header and footer of every page except the room, which needs the whole window. */
export function SiteFrame() {
  const { pathname } = useLocation();
  const brand = useSiteConfig()?.brand_name ?? "WatchParty";
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-xl focus:bg-raised focus:px-4 focus:py-3"
      >
        {t`Skip to content`}
      </a>
      <header className="mx-auto flex w-full max-w-7xl items-center justify-between gap-3 px-4 py-3 sm:px-8 sm:py-5">
        <Link
          to="/"
          className="flex min-h-11 items-center gap-2.5 rounded-xl pe-2 font-bold tracking-tight"
        >
          <Logo className="size-8" />
          <bdi className="text-lg">{brand}</bdi>
        </Link>
        <SiteNav />
      </header>
      <main id="main" tabIndex={-1} className="flex grow flex-col outline-none">
        <Suspense fallback={<LoadingScreen />} key={pathname}>
          <Outlet />
        </Suspense>
      </main>
      <footer className="mx-auto mt-16 flex w-full max-w-7xl flex-wrap items-center justify-between gap-4 border-t border-line px-4 py-5 text-sm text-muted sm:px-8">
        <p>{t`Films are stored on this server only.`}</p>
        <div className="flex flex-wrap items-center gap-3">
          <LanguageChoice />
          <ThemeChoice />
        </div>
      </footer>
    </div>
  );
}

function SiteNav() {
  const { status, account } = useSession();
  if (status === "unknown") return <div className="h-11" />;
  if (account === null) {
    return (
      <Link to="/login" className={buttonClass("ghost")}>
        {t`Sign in`}
      </Link>
    );
  }
  return (
    <nav aria-label={t`Site`} className="flex items-center gap-1">
      <NavLink
        to="/library"
        className={({ isActive }) =>
          // On the narrowest screens only the account menu has this link.
          cx(buttonClass("ghost"), "max-[22rem]:hidden", isActive && "text-accent-text")
        }
      >
        {t`Library`}
      </NavLink>
      <Suspense fallback={<div className="size-11" />}>
        <AccountMenu account={account} />
      </Suspense>
    </nav>
  );
}

/** The logo: two screens, one behind the other. */
function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={className} aria-hidden="true">
      <rect x="2" y="9" width="20" height="15" rx="4" className="fill-accent" opacity="0.38" />
      <rect x="8" y="6" width="22" height="17" rx="4.5" className="fill-accent" />
      <path
        d="M16.2 10.9v7.2c0 .6.7 1 1.2.7l5.8-3.6a.8.8 0 0 0 0-1.4l-5.8-3.6c-.5-.3-1.2.1-1.2.7Z"
        className="fill-on-accent"
      />
    </svg>
  );
}
