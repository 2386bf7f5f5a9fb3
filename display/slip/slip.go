// Package slip lays out the queue ticket: what is on it, in which order and how
// large, as a template says. It knows paper, not printers: the driver turns the
// blocks into its printer's language, or into a picture.
package slip

import (
	"time"

	"lobby/devices"
)

// The printable widths of the two papers at 203 dots to the inch.
const (
	Paper80 = 576
	Paper58 = 384
)

// Content is what a ticket says. It never holds a name or an identity number.
type Content struct {
	Hall          string // "富阳市行政服务中心"
	Chain         string // the chain of services it belongs to, if any
	Number        string // "M045"
	Service       string
	ServiceSecond string // the service in a second language, if wanted
	Priority      bool
	Ahead         int       // people waiting before this one
	Forecast      string    // "约 25–40 分钟"; empty where nobody can tell
	Before        string    // "10:50 前（十次有九次）"; empty where nobody can tell
	Where         string    // "一层 A 区 9–16 号窗口"
	Steps         []string  // of a chain taken under one number, in order
	Documents     []string  // what to bring; 80 mm paper only
	QR            string    // address of the ticket on a phone, with a random token
	Lines         []string  // beside or below the QR code; the texts' own where empty
	PrintedAt     time.Time // in the hall's time zone
	Serial        string    // kiosk and its count, "K1-0045"
	Phone         string
	Copy          int  // 0 is the first slip, n the n-th copy
	Offline       bool // issued without the city's connection
	Large         bool // all letters a size larger, for old eyes
	Texts         Texts
}

// Layout places the content on paper of the given width in dots, as the
// standard template says.
func Layout(c Content, dots int) devices.Slip { return Standard().Layout(c, dots) }
