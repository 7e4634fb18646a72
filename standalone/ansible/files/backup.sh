#!/bin/sh
# Backs up databases with SQLite's own command, which is consistent while the server runs, and copies the keys. Films are
# large and stay in DATA/uploads and DATA/media: copy them with rsync if you have space for them.
set -eu
. /etc/default/watchparty-backup
tonight="$BACKUPS/$(date +%F)"
mkdir -p "$tonight"
for database in "$DATA"/*.sqlite; do
  sqlite3 "$database" ".backup '$tonight/$(basename "$database")'"
done
cp -rp "$DATA/keys" "$tonight/"
find "$BACKUPS" -mindepth 1 -maxdepth 1 -type d -mtime +14 -exec rm -r {} +
