/** The picture on the landing page: three screens that show the same frame. */
import { t } from "@lingui/core/macro";
export function SameFrame() {
  return (
    <div
      role="img"
      aria-label={t`A laptop, a television and a phone showing the same moment of a film`}
      className="relative mx-auto aspect-[6/5] w-full max-w-xl"
    >
      <div className="absolute inset-[8%] rounded-full bg-accent opacity-20 blur-[90px]" />
      <Screen
        className="absolute top-0 start-[14%] w-[86%]"
        name="Max"
        hue={200}
        text={t`here it comes`}
      />
      <Screen
        className="absolute bottom-[4%] start-0 w-[62%]"
        name="Sofie"
        hue={330}
        text={t`don’t blink!`}
      />
      <Screen className="absolute end-[4%] bottom-0 w-[24%]" name="Ada" hue={140} tall />
    </div>
  );
}

interface ScreenProps {
  className: string;
  name: string;
  hue: number;
  text?: string;
  tall?: boolean;
}

function Screen({ className, name, hue, text, tall = false }: ScreenProps) {
  return (
    <div className={`@container ${className}`}>
      <div
        className={`relative overflow-hidden rounded-2xl shadow-high ring-1 ring-white/15 ${tall ? "aspect-[9/17]" : "aspect-video"}`}
      >
        <Dusk />
        <div className="absolute inset-x-0 bottom-0 bg-gradient-to-t from-black/75 to-transparent px-3 pt-8 pb-3">
          <div dir="ltr" className="h-1 overflow-hidden rounded-full bg-white/25">
            <div className="h-full w-[38%] rounded-full bg-[#f6b55c]" />
          </div>
        </div>
        <span
          className={`absolute rounded-md bg-black/55 px-1.5 py-0.5 text-[0.6875rem] font-semibold text-white tabular-nums ${tall ? "bottom-6 start-3" : "top-3 end-3"}`}
        >
          42:17
        </span>
        <div className="absolute top-3 start-3 flex items-center gap-2">
          <span
            className="grid size-6 place-items-center rounded-full text-[0.6875rem] font-bold text-white"
            style={{ background: `oklch(0.5 0.12 ${hue})` }}
          >
            {name[0]}
          </span>
          {text && (
            <span className="hidden rounded-full bg-black/55 px-2.5 py-1 whitespace-nowrap @min-[13rem]:inline text-[0.75rem] text-white backdrop-blur-sm">
              {text}
            </span>
          )}
        </div>
      </div>
    </div>
  );
}

function Dusk() {
  return (
    <svg
      viewBox="0 0 320 180"
      preserveAspectRatio="xMidYMid slice"
      className="size-full"
      aria-hidden="true"
    >
      <defs>
        <linearGradient id="dusk-sky" x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" stopColor="#241f45" />
          <stop offset="0.5" stopColor="#7b3f61" />
          <stop offset="0.8" stopColor="#e08a55" />
          <stop offset="1" stopColor="#f7c877" />
        </linearGradient>
        <radialGradient id="dusk-glow">
          <stop offset="0" stopColor="#ffe9b8" stopOpacity="0.9" />
          <stop offset="1" stopColor="#ffb057" stopOpacity="0" />
        </radialGradient>
      </defs>
      <rect width="320" height="180" fill="url(#dusk-sky)" />
      <circle cx="160" cy="112" r="86" fill="url(#dusk-glow)" opacity="0.75" />
      <circle cx="160" cy="112" r="27" fill="#fff1cf" />
      <path
        d="M0 122c40-14 66-26 98-14s52 20 84 10 60-32 138-8v70H0Z"
        fill="#8c4359"
        opacity="0.75"
      />
      <path d="M0 140c54-22 88-8 128-2s78-26 192-4v46H0Z" fill="#4b2848" />
      <path d="M0 160c70-18 120 2 176-4s92-16 144-6v30H0Z" fill="#22172f" />
      <path
        d="M151 150v-9m0 0-4 11m4-11 4 11m9-3v-8m0 0-3.5 10m3.5-10 3.5 10"
        stroke="#160f20"
        strokeWidth="2.2"
        strokeLinecap="round"
      />
      <circle cx="151" cy="136.500" r="3.200" fill="#160f20" />
      <circle cx="164" cy="138" r="2.900" fill="#160f20" />
    </svg>
  );
}
