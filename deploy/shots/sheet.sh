#!/bin/sh
# Puts all pictures of a folder on one sheet with their names, as sheet.html and
# sheet.png beside the folder. Usage: sheet.sh FOLDER
set -eu
folder=${1:?folder of pictures}
beside=$(cd "$(dirname "$folder")" && pwd)
name=$(basename "$folder")
{
  echo '<!doctype html><meta charset="utf-8"><title>Pages</title><style>body{font:13px system-ui;margin:16px;display:grid;grid-template-columns:repeat(6,1fr);gap:12px}figure{margin:0}img{width:100%;height:190px;object-fit:contain;background:#e8e6df}</style>'
  count=0
  for file in "$folder"/*.png; do
    picture=$(basename "$file")
    echo "<figure><a href=\"$name/$picture\"><img src=\"$name/$picture\" alt=\"\"></a><figcaption>${picture%.png}</figcaption></figure>"
    count=$((count + 1))
  done
  echo "$count" >"$beside/.count"
} >"$beside/sheet.html"
count=$(cat "$beside/.count")
rm "$beside/.count"
chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --allow-file-access-from-files \
  --window-size=1600,$(((count + 5) / 6 * 228 + 40)) --screenshot="$beside/sheet.png" "file://$beside/sheet.html" 2>/dev/null
echo "$count pictures: $beside/sheet.html, $beside/sheet.png"
