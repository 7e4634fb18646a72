import { Button } from "@/ui/Button";

export default function LandingPage() {
  return (
    <main className="p-8">
      <h1 className="text-display font-bold">Watch together</h1>
      <Button variant="primary" size="lg">
        Start a watch party
      </Button>
    </main>
  );
}
