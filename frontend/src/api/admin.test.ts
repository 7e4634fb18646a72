import { expect, test } from "vitest";
import { changeable, type SiteSettings } from "./admin";
import type { Schema } from "./schema";

const ACCEPTED: Record<keyof Schema<"SettingsChange">, true> = {
  registration: true,
  temporary_hosts: true,
  quota_bytes: true,
  temporary_quota_bytes: true,
  max_upload_bytes: true,
  brand_name: true,
  admin_second_factor: true,
};

test("a change of the settings has only fields that the server accepts", () => {
  const settings: SiteSettings = {
    registration: "open",
    temporary_hosts: true,
    quota_bytes: 1,
    temporary_quota_bytes: 1,
    max_upload_bytes: 1,
    brand_name: "Kino",
    admin_second_factor: false,
    media_sandbox: "full",
    clock: {
      status: "confirmed",
      reads_at: "2026-11-30T08:00:00Z",
      trusted_at: "2026-11-30T08:00:00Z",
      confirmed_after_s: 0,
    },
    spending: null,
  };
  expect(Object.keys(changeable(settings)).sort()).toEqual(Object.keys(ACCEPTED).sort());
});
