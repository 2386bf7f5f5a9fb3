package onvif

import (
	"fmt"
	"html"
	"strings"
)

// answer is how a request is answered, given the profile it names and whether
// it goes to the second media service.
type answer struct {
	open bool // needs no sign-in (ONVIF Core, section 5.9.4.3: PRE_AUTH)
	body func(profile string, second bool) string
}

func (c *Camera) answers() map[string]answer {
	plain := func(f func() string) func(string, bool) string { return func(string, bool) string { return f() } }
	return map[string]answer{
		"GetSystemDateAndTime": {true, plain(c.clock)},
		"GetCapabilities":      {true, plain(c.capabilities)},
		"GetServices":          {true, plain(c.services)},
		"GetDeviceInformation": {false, plain(c.information)},
		"GetProfiles":          {false, c.profiles},
		"GetProfile":           {false, c.profile},
		"GetStreamUri":         {false, c.streamURI},
		"GetSnapshotUri":       {false, c.snapshotURI},
	}
}

func (c *Camera) clock() string {
	t := c.options.Now().UTC()
	return fmt.Sprintf(`<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>Manual</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings>`+
		`<tt:TimeZone><tt:TZ>CST-8</tt:TZ></tt:TimeZone><tt:UTCDateTime><tt:Time><tt:Hour>%d</tt:Hour><tt:Minute>%d</tt:Minute><tt:Second>%d</tt:Second></tt:Time>`+
		`<tt:Date><tt:Year>%d</tt:Year><tt:Month>%d</tt:Month><tt:Day>%d</tt:Day></tt:Date></tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>`,
		t.Hour(), t.Minute(), t.Second(), t.Year(), t.Month(), t.Day())
}

func (c *Camera) at(path string) string { return "http://" + c.options.Address + path }

func (c *Camera) capabilities() string {
	return fmt.Sprintf(`<tds:GetCapabilitiesResponse><tds:Capabilities><tt:Device><tt:XAddr>%s</tt:XAddr></tt:Device>`+
		`<tt:Media><tt:XAddr>%s</tt:XAddr><tt:StreamingCapabilities><tt:RTPMulticast>false</tt:RTPMulticast><tt:RTP_TCP>true</tt:RTP_TCP><tt:RTP_RTSP_TCP>true</tt:RTP_RTSP_TCP></tt:StreamingCapabilities></tt:Media>`+
		`</tds:Capabilities></tds:GetCapabilitiesResponse>`, c.at("/onvif/device_service"), c.at("/onvif/media_service"))
}

func (c *Camera) services() string {
	var b strings.Builder
	for _, s := range [][2]string{
		{"http://www.onvif.org/ver10/device/wsdl", "/onvif/device_service"},
		{"http://www.onvif.org/ver10/media/wsdl", "/onvif/media_service"},
		{"http://www.onvif.org/ver20/media/wsdl", "/onvif/media2_service"},
	} {
		fmt.Fprintf(&b, `<tds:Service><tds:Namespace>%s</tds:Namespace><tds:XAddr>%s</tds:XAddr><tds:Version><tt:Major>22</tt:Major><tt:Minor>6</tt:Minor></tds:Version></tds:Service>`, s[0], c.at(s[1]))
	}
	return `<tds:GetServicesResponse>` + b.String() + `</tds:GetServicesResponse>`
}

func (c *Camera) information() string {
	return fmt.Sprintf(`<tds:GetDeviceInformationResponse><tds:Manufacturer>Emulated</tds:Manufacturer><tds:Model>%s</tds:Model>`+
		`<tds:FirmwareVersion>1.0</tds:FirmwareVersion><tds:SerialNumber>EM0001</tds:SerialNumber><tds:HardwareId>1</tds:HardwareId></tds:GetDeviceInformationResponse>`, c.options.Name)
}

// profiles lists the streams. The first media service has no word for H.265
// and leaves such profiles out.
func (c *Camera) profiles(_ string, second bool) string {
	var b strings.Builder
	for _, p := range c.options.Profiles {
		switch {
		case second:
			b.WriteString(p.second())
		case p.Codec != "H265":
			b.WriteString(p.first("Profiles"))
		}
	}
	if second {
		return `<tr2:GetProfilesResponse>` + b.String() + `</tr2:GetProfilesResponse>`
	}
	return `<trt:GetProfilesResponse>` + b.String() + `</trt:GetProfilesResponse>`
}

func (c *Camera) profile(token string, _ bool) string {
	return `<trt:GetProfileResponse>` + c.find(token).first("Profile") + `</trt:GetProfileResponse>`
}

// first is the profile as the first media service tells it.
func (p Profile) first(element string) string {
	return fmt.Sprintf(`<trt:%s token="%s" fixed="true"><tt:Name>%s</tt:Name>`, element, html.EscapeString(p.Token), html.EscapeString(p.Name)) +
		`<tt:VideoSourceConfiguration token="s"><tt:Name>s</tt:Name><tt:UseCount>1</tt:UseCount><tt:SourceToken>s0</tt:SourceToken>` +
		`<tt:Bounds x="0" y="0" width="1920" height="1080"/></tt:VideoSourceConfiguration>` +
		fmt.Sprintf(`<tt:VideoEncoderConfiguration token="v_%s"><tt:Name>v</tt:Name><tt:UseCount>1</tt:UseCount><tt:Encoding>%s</tt:Encoding>`+
			`<tt:Resolution><tt:Width>%d</tt:Width><tt:Height>%d</tt:Height></tt:Resolution><tt:Quality>4</tt:Quality>`, html.EscapeString(p.Token), p.Codec, p.Width, p.Height) +
		fmt.Sprintf(`<tt:RateControl><tt:FrameRateLimit>%d</tt:FrameRateLimit><tt:EncodingInterval>1</tt:EncodingInterval><tt:BitrateLimit>%d</tt:BitrateLimit></tt:RateControl>`+
			`<tt:H264><tt:GovLength>%d</tt:GovLength><tt:H264Profile>Main</tt:H264Profile></tt:H264></tt:VideoEncoderConfiguration></trt:%s>`, p.Rate, p.Kbits, p.Gov, element)
}

// second is the profile as the second media service tells it.
func (p Profile) second() string {
	return fmt.Sprintf(`<tr2:Profiles token="%s" fixed="true"><tr2:Name>%s</tr2:Name><tr2:Configurations>`, html.EscapeString(p.Token), html.EscapeString(p.Name)) +
		fmt.Sprintf(`<tr2:VideoEncoder token="v_%s" GovLength="%d" Profile="Main"><tt:Name>v</tt:Name><tt:UseCount>1</tt:UseCount><tt:Encoding>%s</tt:Encoding>`+
			`<tt:Resolution><tt:Width>%d</tt:Width><tt:Height>%d</tt:Height></tt:Resolution>`, html.EscapeString(p.Token), p.Gov, p.Codec, p.Width, p.Height) +
		fmt.Sprintf(`<tt:RateControl ConstantBitRate="false"><tt:FrameRateLimit>%d</tt:FrameRateLimit><tt:BitrateLimit>%d</tt:BitrateLimit></tt:RateControl>`+
			`<tt:Quality>4</tt:Quality></tr2:VideoEncoder></tr2:Configurations></tr2:Profiles>`, p.Rate, p.Kbits)
}

func (c *Camera) streamURI(profile string, second bool) string {
	return uri("GetStreamUri", "rtsp://"+c.options.RTSP+"/"+c.path(profile), second)
}

func (c *Camera) snapshotURI(profile string, second bool) string {
	return uri("GetSnapshotUri", c.at("/snapshot/"+c.path(profile)+".jpg"), second)
}

func (c *Camera) path(token string) string { return c.find(token).Path }

func (c *Camera) find(token string) Profile {
	for _, p := range c.options.Profiles {
		if p.Token == token {
			return p
		}
	}
	return Profile{}
}

func uri(request, address string, second bool) string {
	address = html.EscapeString(address)
	if second {
		return fmt.Sprintf(`<tr2:%sResponse><tr2:Uri>%s</tr2:Uri></tr2:%[1]sResponse>`, request, address)
	}
	return fmt.Sprintf(`<trt:%sResponse><trt:MediaUri><tt:Uri>%s</tt:Uri><tt:InvalidAfterConnect>false</tt:InvalidAfterConnect>`+
		`<tt:InvalidAfterReboot>false</tt:InvalidAfterReboot><tt:Timeout>PT0S</tt:Timeout></trt:MediaUri></trt:%[1]sResponse>`, request, address)
}
