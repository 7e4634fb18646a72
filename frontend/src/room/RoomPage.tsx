import { useParams } from "react-router";

export default function RoomPage() {
  const { roomId } = useParams();
  return <main className="p-8">{roomId}</main>;
}
