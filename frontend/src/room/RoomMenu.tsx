import { t } from "@lingui/core/macro";
import { EllipsisVertical, Eraser, History, LogOut, Pencil } from "lucide-react";
import { useState } from "react";
import { currentLanguage, type Language } from "@/language/language";
import { AlertDialog } from "@/ui/AlertDialog";
import { useReturnFocus } from "@/ui/focusReturn";
import { Menu, MenuCheck, MenuChoice, MenuItem, MenuSeparator, MenuSubChoice } from "@/ui/Menu";
import { changeLanguage, LANGUAGE_OPTIONS } from "@/ui/preferences/LanguageChoice";
import { useChatPreferences } from "./chat/chatStores";
import { ChangeNameDialog } from "./people/ChangeNameDialog";
import { useReactionAmount } from "./reactions/reactionAmount";
import type { ReactionAmount } from "./reactions/reactions";
import { useRoom, useRoomState } from "./state/RoomContext";

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
  const [asking, setAsking] = useState<"name" | "clear" | null>(null);
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
        <MenuSubChoice
          label={t`Language`}
          value={currentLanguage()}
          onChange={(value) => void changeLanguage(value as Language)}
          options={LANGUAGE_OPTIONS}
        />
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
