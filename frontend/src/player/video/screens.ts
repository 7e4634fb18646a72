/**
 * Televisions that can play the film, found by the Remote Playback API (https://www.w3.org/TR/remote-playback/): AirPlay
 * in Safari, Cast in Chrome on Android. `VideoElementPlayer` loads this where the browser has the API.
 */

export interface Screens {
  canCast: boolean;
  casting: boolean;
}

export function watchScreens(
  remote: RemotePlayback,
  signal: AbortSignal,
  onChange: (screens: Screens) => void,
): void {
  let available = false;
  const changed = () => {
    const casting = remote.state === "connected";
    onChange({ canCast: available || casting, casting });
  };
  for (const event of ["connecting", "connect", "disconnect"]) {
    remote.addEventListener(event, changed, { signal });
  }
  const watching = remote.watchAvailability((now) => {
    available = now;
    changed();
  });
  watching.then(
    (id) => signal.addEventListener("abort", () => void remote.cancelWatchAvailability(id)),
    // The browser has no screens, or cannot watch for them.
    () => {},
  );
}
