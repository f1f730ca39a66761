//! Characters that are never shown as they are.
//!
//! A terminal obeys controls: C0, DEL and C1 (ECMA-48). What has no look of its own is what Unicode
//! calls `Default_Ignorable_Code_Point` (`DerivedCoreProperties.txt`), with the separators of lines
//! and paragraphs, interlinear annotations, the blank Braille cell, and code points that are
//! nobody's or whose look is anybody's.

/// What a terminal would obey, or nobody would see.
pub fn is_hidden(letter: char) -> bool {
    let code = u32::from(letter);
    let nobodys = code & 0xfffe == 0xfffe;
    letter.is_control()
        || nobodys
        || matches!(
            letter,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{e000}'..='\u{f8ff}'
                | '\u{fdd0}'..='\u{fdef}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{10ffff}'
        )
}
