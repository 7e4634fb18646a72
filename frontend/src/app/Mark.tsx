/** Two frames, one behind the other, that show the same thing. */
export function Mark({ className }: { className?: string }) {
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
