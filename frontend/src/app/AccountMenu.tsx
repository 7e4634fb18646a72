import { t } from "@lingui/core/macro";
import { Clapperboard, LogOut, ShieldCheck, UserRound } from "lucide-react";
import { Link, useNavigate } from "react-router";
import { type Account, logout } from "@/api/accounts";
import { sentenceFor } from "@/api/errors";
import { Avatar } from "@/ui/Avatar";
import { Menu, MenuItem, MenuSeparator } from "@/ui/Menu";
import { Name } from "@/ui/Name";
import { showToast } from "@/ui/Toast";

export default function AccountMenu({ account }: { account: Account }) {
  const navigate = useNavigate();

  async function signOut() {
    try {
      await logout();
      navigate("/");
    } catch (error) {
      showToast(sentenceFor(error), { tone: "danger" });
    }
  }

  return (
    <Menu
      trigger={
        <button
          type="button"
          aria-label={t`${account.display_name}’s account`}
          className="grid size-11 place-items-center rounded-full hover:bg-hover"
        >
          <Avatar name={account.display_name} seed={account.id} />
        </button>
      }
    >
      <div className="px-3 py-2">
        <p className="max-w-56 font-semibold">
          <Name>{account.display_name}</Name>
        </p>
        <p className="max-w-56 truncate text-sm text-muted">
          {account.temporary ? t`Guest host` : account.email}
        </p>
      </div>
      <MenuSeparator />
      <MenuItem asChild>
        <Link to="/library">
          <Clapperboard aria-hidden="true" /> {t`Library`}
        </Link>
      </MenuItem>
      <MenuItem asChild>
        <Link to="/account">
          <UserRound aria-hidden="true" /> {t`Account`}
        </Link>
      </MenuItem>
      {account.role === "admin" && (
        <MenuItem asChild>
          <Link to="/admin">
            <ShieldCheck aria-hidden="true" /> {t`Admin`}
          </Link>
        </MenuItem>
      )}
      <MenuSeparator />
      <MenuItem onSelect={() => void signOut()}>
        <LogOut className="rtl:-scale-x-100" aria-hidden="true" /> {t`Sign out`}
      </MenuItem>
    </Menu>
  );
}
