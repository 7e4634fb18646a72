import { t } from "@lingui/core/macro";
import { EllipsisVertical, Eraser, History, Languages, LogOut, Pencil } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { AlertDialog } from "@/ui/AlertDialog";
import { useReturnFocus } from "@/ui/focusReturn";
import { Menu, MenuCheck, MenuChoice, MenuItem, MenuSeparator } from "@/ui/Menu";
import { useChatPreferences } from "./chat/chatStores";
import { ChangeNameDialog } from "./people/ChangeNameDialog";
import { useReactionAmount } from "./reactions/reactionAmount";
import type { ReactionAmount } from "./reactions/reactions";
import { useRoom, useRoomState } from "./state/RoomContext";

const LanguageDialog = lazy(() => import("@/ui/preferences/LanguageDialog"));

interface RoomMenuProps {
  onHistory: () => void;
  onLeave: () => void;
}

const amounts = (): Array<{ value: ReactionAmount; label: string }> => [
  { value: "all", label: t`All` },
  { value: "few", label: t`Few` },
  { value: "off", label: t`Off` },
];

/** Actions that are rarely needed. */
export function RoomMenu({ onHistory, onLeave }: RoomMenuProps) {
  const { session } = useRoom();
  const canModerate = useRoomState((state) => state.you?.can_moderate ?? false);
  const { announces, setAnnounces } = useChatPreferences();
  const { amount, setAmount } = useReactionAmount();
  const [asking, setAsking] = useState<"name" | "clear" | "language" | null>(null);
  const trigger = useReturnFocus(asking !== null);
  return (
    <>
      <Menu
        trigger={
          <button
            ref={trigger}
            type="button"
            aria-label={t`Room options`}
            className="grid size-11 shrink-0 place-items-center rounded-xl hover:bg-hover"
          >
            <EllipsisVertical className="size-5" aria-hidden="true" />
          </button>
        }
      >
        <MenuItem onSelect={() => setAsking("name")}>
          <Pencil aria-hidden="true" />
          {t`Change your name`}
        </MenuItem>
        <MenuSeparator />
        <MenuChoice
          label={t`Reactions`}
          value={amount}
          onChange={(value) => setAmount(value as ReactionAmount)}
          options={amounts()}
        />
        <MenuSeparator />
        <MenuItem onSelect={() => setAsking("language")}>
          <Languages aria-hidden="true" />
          {t`Language`}
        </MenuItem>
        <MenuCheck checked={announces} onChange={setAnnounces}>
          {t`Announce messages to screen readers`}
        </MenuCheck>
        {canModerate && (
          <MenuItem onSelect={onHistory}>
            <History aria-hidden="true" />
            {t`History and sync`}
          </MenuItem>
        )}
        {canModerate && (
          <MenuItem onSelect={() => setAsking("clear")}>
            <Eraser aria-hidden="true" />
            {t`Clear chat…`}
          </MenuItem>
        )}
        <MenuSeparator />
        <MenuItem onSelect={onLeave}>
          <LogOut className="rtl:-scale-x-100" aria-hidden="true" />
          {t`Leave room`}
        </MenuItem>
      </Menu>
      {asking === "language" && (
        <Suspense>
          <LanguageDialog onClose={() => setAsking(null)} />
        </Suspense>
      )}
      {asking === "name" && <ChangeNameDialog onClose={() => setAsking(null)} />}
      <AlertDialog
        open={asking === "clear"}
        onOpenChange={() => setAsking(null)}
        title={t`Clear the chat?`}
        description={t`This deletes all messages for everyone.`}
        confirmLabel={t`Clear chat`}
        onConfirm={() => session.clearChat()}
      />
    </>
  );
}
