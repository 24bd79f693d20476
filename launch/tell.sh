#!/bin/sh
# Shows its first argument to whoever has started something without a terminal: in a dialog of the
# desktop, else in whatever else there is. Returns once it has been seen, where that can be known.

words=$1
has() { command -v "$1" >/dev/null 2>&1; }

if has osascript; then
  exec osascript -e 'on run argv' -e 'display dialog (item 1 of argv) with title "brusio" buttons {"OK"} default button 1 with icon caution' -e 'end run' "$words"
fi
if [ -n "$DISPLAY$WAYLAND_DISPLAY" ]; then
  # 1 is a dialog that was closed without its button.
  has zenity && { zenity --error --title=brusio --no-markup --text="$words"; [ $? -le 1 ] && exit; }
  has kdialog && { kdialog --title brusio --error "$words"; [ $? -le 1 ] && exit; }
  has xmessage && { xmessage -center -title brusio "$words"; [ $? -le 1 ] && exit; }
  has notify-send && notify-send --urgency=critical brusio "$words" && exit
  has xterm && { xterm -title brusio -hold -e printf '%s\n' "$words"; [ $? -le 1 ] && exit; }
  if has xdg-open && file=$(mktemp "${TMPDIR:-/tmp}/brusio-XXXXXX"); then
    mv "$file" "$file.txt" && printf '%s\n' "$words" > "$file.txt" && xdg-open "$file.txt" && exit
  fi
fi
printf '%s\n' "$words" >&2
exit 1
