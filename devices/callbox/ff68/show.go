package ff68

import "time"

// dark is a place of the display without a digit.
const dark = 0x0a

// places are those of the ticket's end; as many before them are for the number
// of people who wait, which nobody tells this driver.
const places = 3

// showAll shows what is due.
func (b *Bus) showAll() error {
	for _, u := range b.units {
		if u.profile.Show == 0 {
			continue
		}
		text, fresh, due := b.wanted(u)
		if !due {
			continue
		}
		shown, digits := u.shows(text)
		if err := b.write(shown); err != nil {
			return err
		}
		if fresh && !digits && text != nobody && u.profile.Beep != 0 {
			if err := b.write(frame{address: u.address, command: u.profile.Beep}); err != nil {
				return err
			}
		}
		u.shownAt = time.Now()
	}
	return nil
}

// nobody is what stands for no ticket; it is no reason to beep.
const nobody = "----"

// wanted is what a box shall show, and whether it is time to say so.
func (b *Bus) wanted(u *unit) (text string, fresh, due bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	fresh = u.due
	due = fresh || u.text != "" && time.Since(u.shownAt) >= refresh
	u.due = false
	return u.text, fresh, due
}

// shows is the frame with the last digits of a text at the right.
func (u *unit) shows(text string) (f frame, digits bool) {
	data := []byte{dark, dark, dark, dark, dark, dark}
	for at, i := len(data)-1, len(text)-1; i >= 0 && at >= len(data)-places; i-- {
		if d := text[i]; d >= '0' && d <= '9' {
			data[at], digits = d-'0', true
			at--
		}
	}
	return frame{address: u.address, command: u.profile.Show, data: data}, digits
}
