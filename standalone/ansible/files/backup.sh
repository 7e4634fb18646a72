#!/bin/sh
# Databases by their own backup, which is whole while the server runs; keys as they are. Films are large and lie in
# DATA/uploads and DATA/media: copy them with rsync where you have room for them.
set -eu
. /etc/default/watchparty-backup
tonight="$BACKUPS/$(date +%F)"
mkdir -p "$tonight"
for database in "$DATA"/*.sqlite; do
  sqlite3 "$database" ".backup '$tonight/$(basename "$database")'"
done
cp -rp "$DATA/keys" "$tonight/"
find "$BACKUPS" -mindepth 1 -maxdepth 1 -type d -mtime +14 -exec rm -r {} +
