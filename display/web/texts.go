package web

import (
	"encoding/json"
	"fmt"
	"maps"
)

// Languages are the languages of the hall, the first one being the one that
// everything falls back to.
func Languages() []string { return []string{"zh-CN", "zh-TW", "en"} }

// Texts returns the sentences of one language by key; {name} in a sentence
// stands for a value. A language that is not in Languages gets the first one.
// The map belongs to the caller.
func Texts(lang string) (map[string]string, error) {
	texts, err := readTexts(Languages()[0])
	if err != nil || lang == Languages()[0] {
		return texts, err
	}
	for _, known := range Languages() {
		if known != lang {
			continue
		}
		own, err := readTexts(lang)
		maps.Copy(texts, own)
		return texts, err
	}
	return texts, nil
}

func readTexts(lang string) (map[string]string, error) {
	body, err := files.ReadFile("locale/" + lang + ".json")
	if err != nil {
		return nil, fmt.Errorf("web: texts of %s: %w", lang, err)
	}
	var texts map[string]string
	if err := json.Unmarshal(body, &texts); err != nil {
		return nil, fmt.Errorf("web: texts of %s: %w", lang, err)
	}
	return texts, nil
}
